// Tiers, and why somebody has one, in words.

export const TIERS = [
  { value: "use", label: "May use", can: "ask and read the documents" },
  { value: "edit", label: "May edit", can: "also add and remove documents, and change instructions" },
  { value: "full", label: "Full access", can: "also share the project, change its settings and delete it" },
];
const KIND = { group: "Group", department: "Department" };

const OWN_TIER = {
  use: "You can ask, and read the documents.",
  edit: "You can ask, read, add and remove documents, and change what answers should follow and remember.",
  full: "You can do everything here: ask, change documents and settings, share the project, and delete it.",
};

/** What a tier means, said to the one who has it. */
export function ownTier(tier) {
  return OWN_TIER[tier] ?? "";
}

export function tierWord(tier) {
  return TIERS.find(({ value }) => value === tier)?.label ?? tier;
}

/** `Group`, `Department`, or nothing for a person, who has a face. */
export function kindWord(type) {
  return KIND[type] ?? null;
}

const OWN = {
  platform: () => "You look after this server, which opens every project to you",
  owner: () => "You own this project",
  ceo: () => "The chief executive may use every project",
  direct: () => "It was given to you",
  group: (name) => `By the group ${name}`,
  department: (name) => `By your department, ${name}`,
  public: () => "Everyone with an account here may use it",
};

/** A rule of `GET /projects/{id}/access`, said to the one whom it holds for. */
export function ownReason({ source, via }) {
  return OWN[source]?.(via?.name ?? "") ?? source;
}

const THEIRS = {
  platform: () => "Looks after this server",
  owner: () => "Owns this project",
  ceo: () => "Is the chief executive",
  direct: () => "It was given to them",
  group: (name) => `By the group ${name}`,
  department: (name) => `By the department ${name}`,
  public: () => "Everyone may use it",
};

/** Why a person of `GET /projects/{id}/people` can see the project. */
export function reason({ source, via }) {
  return THEIRS[source]?.(via?.name ?? via ?? "") ?? source;
}

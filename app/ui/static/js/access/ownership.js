// Handing a project over to somebody else.
import { toast } from "../announce.js";
import { patch } from "../api.js";
import { openDialog } from "../dialog.js";
import { form } from "../forms.js";
import { TargetSearch } from "./target-search.js";

/** Ask for the new owner; `onChange` hears when it is theirs. */
export async function handOver(project, onChange) {
  const owner = await openDialog("Hand the project over", (close) => {
    const search = new TargetSearch({ projectId: project.id, label: "New owner", kinds: ["user"], placeholder: "Name or e-mail" });
    return form([search.element], {
      submit: "Hand over", cancel: () => close(),
      send: async () => {
        const target = search.need();
        if (!target) return;
        await patch(`/projects/${project.id}`, { ownerId: target.targetId });
        close(target);
      },
    });
  }, { description: "The owner has full access whatever else is set. The one before keeps only what was given to them in another way." });
  if (!owner) return;
  toast(`${owner.name} owns the project now.`);
  await onChange();
}

// Refusals that are about one field, shown at that field.
const FIELD_OF = { email_exists: "email", ceo_exists: "orgPosition", forbidden_role: "platformRole", name_exists: "name" };

/** What `call` gives; an ApiError that it throws names its field where its code tells. */
export async function atFields(call) {
  try {
    return await call;
  } catch (error) {
    const name = FIELD_OF[error.code];
    if (name && !error.issues?.length) error.issues = [{ path: [name], message: error.message }];
    throw error;
  }
}

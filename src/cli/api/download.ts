import type { ApiClient } from "../../client/api-client.ts";
import { UserError } from "../../config.ts";

/** What another path of the server answers with. Throws its refusal as the UserError it was. */
export async function download(api: ApiClient, path: string): Promise<AsyncIterable<Uint8Array>> {
  const response = await api.get(path);
  if (response.ok && response.body !== null) return response.body;
  const { error } = (await response.json()) as {
    readonly error: Pick<UserError, "code" | "message" | "complaints">;
  };
  const only = { path: "", message: error.message, value: null, bound: null };
  throw new UserError(error.code, error.complaints ?? only);
}

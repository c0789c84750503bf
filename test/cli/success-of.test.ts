import { expect, it } from "vitest";
import { successOf } from "../../src/cli/api/success-of.ts";
import { UserError } from "../../src/core/user-error.ts";

it("throws the failure of a server as the UserError it was there, word for word", () => {
  const there = new UserError("CONFLICT", {
    path: "input.id",
    message: "a run that is SUCCEEDED cannot be paused",
    ...{ value: null, bound: null },
  });
  const { code, message } = there;
  const answer = { __typename: "Conflict", code, message, path: "input.id" };
  expect(() => successOf(answer, "PauseRunPayload")).toThrow(
    expect.objectContaining({ code, message }),
  );
});

import type { AuditRecord } from "../../store/access-records.ts";
import { boundedText } from "../argument-bounds.ts";
import { builder } from "../builder.ts";
import { pageComplexity, pageOf, toConnection } from "../page.ts";
import { present } from "../request-mapping.ts";
import { connectionType, pageArgs } from "./connection.ts";

/** What was done, and by whom. */

const MAX_NAME_LENGTH = 64;

const AuditEntryType = builder.objectRef<AuditRecord>("AuditEntry").implement({
  description: "A mutation that was done or refused.",
  fields: (t) => ({
    at: t.expose("at", { type: "DateTime" }),
    owner: t.exposeString("owner", { description: "Of the token it was asked for with." }),
    tokenId: t.exposeString("tokenId", {
      nullable: true,
      description: "Null without a token, and on the command line.",
    }),
    action: t.exposeString("action", { description: "Name of the mutation." }),
    target: t.exposeString("target", { nullable: true, description: "Id of what it was done to." }),
    outcome: t.exposeString("outcome", { description: "`OK`, or the code of the failure." }),
    requestId: t.exposeString("requestId", {
      nullable: true,
      description: "As in the answer's header `x-request-id`, and in the log.",
    }),
  }),
});

const AuditConnection = connectionType("AuditEntry", AuditEntryType);

const AuditFilterInput = builder.inputType("AuditFilter", {
  fields: (t) => ({ owner: t.string(), action: t.string() }),
});

builder.queryField("auditLog", (t) =>
  t.field({
    type: AuditConnection,
    description: "Mutations that were done or refused, newest first. Needs scope ADMIN.",
    extensions: { scope: "admin" },
    args: { ...pageArgs, filter: t.arg({ type: AuditFilterInput }) },
    complexity: pageComplexity,
    resolve: async (_root, { filter, ...args }, { services }) => {
      const owner = boundedText(filter?.owner, "filter.owner", MAX_NAME_LENGTH);
      const action = boundedText(filter?.action, "filter.action", MAX_NAME_LENGTH);
      const page = await services.store.access.listActions(
        pageOf(args),
        present({ owner, action }),
      );
      return toConnection(page, args);
    },
  }),
);

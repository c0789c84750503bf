import type { GraphQLSchema } from "graphql";
import { guardRootFields } from "./access/guard-root-fields.ts";
import { builder } from "./builder.ts";
import "./schema/scalars.ts";
import "./schema/indicator.ts";
import "./schema/dataset.ts";
import "./schema/import-dataset.ts";
import "./schema/import.ts";
import "./schema/start-import.ts";
import "./schema/estimate.ts";
import "./schema/check.ts";
import "./schema/runs.ts";
import "./schema/run-control.ts";
import "./schema/report.ts";
import "./schema/surface.ts";
import "./schema/distribution.ts";
import "./schema/neighbours.ts";
import "./schema/rank.ts";
import "./schema/backtest.ts";
import "./schema/progress.ts";
import "./schema/service.ts";
import "./schema/token.ts";
import "./schema/audit.ts";

/** The executable schema, types and fields in alphabetical order. */
export const schema: GraphQLSchema = guardRootFields(builder.toSchema({ sortSchema: true }));

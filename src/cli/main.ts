import { exitCodeOf } from "./exit-code-of.ts";
import { outliveReaders } from "./gone-readers.ts";
import { createProgram } from "./program.ts";

outliveReaders();
try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

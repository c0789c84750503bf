/**
 * Flags of V8 for a process that lives for seconds beside an embedded database: compiling its
 * engine once more, for speed, takes a second of a core or more, and is of no use before the end.
 * Results do not depend on it, and processes of the tests themselves go without.
 */
export const SHORT_LIVED: readonly string[] = ["--liftoff-only"];

/** Those of a process of the service: on PostgreSQL there is nothing to be spared. */
export function flagsOn(environment: NodeJS.ProcessEnv): readonly string[] {
  return environment.DATABASE_URL === undefined ? SHORT_LIVED : [];
}

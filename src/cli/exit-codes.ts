/** What the process ends with; scripts rely on these numbers, and `--help` prints them. */
export const EXIT = {
  ok: 0,
  /** The database, the network, the disk or this program failed. */
  failure: 1,
  /** Wrong arguments, settings, preset, data or an unknown id: nothing was started. */
  userMistake: 2,
  /** The run ended as FAILED or TIMED_OUT, or somebody else cancelled it. */
  runFailed: 3,
  /** The check found that the strategy knows the future. */
  checkFailed: 4,
  /** Cancelled by Ctrl-C; the best so far was printed. */
  interrupted: 130,
} as const;

export const EXIT_CODES_HELP = `
Exit codes:
  0    done
  1    operational failure (database, network, disk)
  2    user mistake (arguments, settings, preset, data, unknown id); nothing was started
  3    the run failed, timed out or was cancelled by somebody else
  4    the check found that the strategy knows the future
  130  cancelled by Ctrl-C; the best so far is printed`;

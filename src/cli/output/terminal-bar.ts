import cliProgress from "cli-progress";

/** A bar on a terminal, as every command shows it; Ctrl-C is left to the command. */
export function terminalBar(stream: NodeJS.WriteStream, format: string): cliProgress.SingleBar {
  return new cliProgress.SingleBar({
    stream,
    format,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 20,
    linewrap: false,
    hideCursor: true,
    fps: 10,
    gracefulExit: false,
  });
}

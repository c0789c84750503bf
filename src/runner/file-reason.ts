/** What a user can mend about a path; any other fault of the file system is an operator's. */
export function fileReason(error: unknown): string | null {
  if (!(error instanceof Error && "code" in error)) return null;
  switch (error.code) {
    case "ENOENT":
    case "ENOTDIR":
    case "ENAMETOOLONG":
    case "ERR_INVALID_ARG_VALUE":
      return "there is no such file";
    case "EISDIR":
      return "this is a directory";
    case "EACCES":
      return "the file may not be read";
    default:
      return null;
  }
}

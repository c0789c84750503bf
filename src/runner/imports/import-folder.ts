import { readdir, realpath, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { complaint, UserError } from "../../core/user-error.ts";
import { fileReason } from "../file-reason.ts";

/** A file that may be imported. */
export interface ImportableFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

const CANDLE_FILE = /\.(csv|tsv|txt|parquet)(\.gz)?$/i;
/** Files that are listed at most; the others can be imported by their path all the same. */
const MAX_LISTED = 1_000;

/** The one folder that an operator lets requests read from. */
export class ImportFolder {
  readonly #folder: string | null;

  /** Null: no request may name a file. */
  constructor(folder: string | null) {
    this.#folder = folder === null ? null : resolve(folder);
  }

  /**
   * The absolute path of a file in the folder. A path that leads out of it, by dots or by links,
   * is refused in the same words as one that does not exist: what lies outside is not to be found
   * out.
   */
  async locate(path: string): Promise<{ readonly file: string; readonly bytes: number }> {
    const folder = await this.#open();
    const file = await realpath(join(folder, path)).catch((error: unknown) => {
      if (fileReason(error) === null) throw error;
      throw missing(path);
    });
    if (file !== folder && !file.startsWith(folder + sep)) throw missing(path);
    const found = await stat(file);
    if (!found.isFile()) throw missing(path);
    return { file, bytes: found.size };
  }

  /** Candle files of the folder and below, by name. */
  async list(): Promise<ImportableFile[]> {
    const folder = await this.#open();
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && CANDLE_FILE.test(entry.name))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .sort()
      .slice(0, MAX_LISTED);
    return Promise.all(
      paths.map(async (path) => {
        const { size, mtime } = await stat(join(folder, path));
        return { path, bytes: size, modifiedAt: mtime };
      }),
    );
  }

  async #open(): Promise<string> {
    if (this.#folder === null) {
      const message = "imports by path are not allowed here";
      const bound = "the setting imports.folder";
      throw new UserError("VALIDATION", complaint("path", message, undefined, bound));
    }
    return realpath(this.#folder);
  }
}

function missing(path: string): UserError {
  const message = "there is no such file in the folder of imports";
  return new UserError("VALIDATION", complaint("path", message, path));
}

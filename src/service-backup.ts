import { once } from "node:events";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { openServiceStore } from "./app.ts";
import type { ServiceConfig } from "./config.ts";
import { complaint, UserError } from "./core/user-error.ts";
import { ENGINE_VERSION } from "./engine-version.ts";
import { restoreBackup } from "./store/backup/restore-backup.ts";
import { writeBackup } from "./store/backup/write-backup.ts";

export interface BackupSummary {
  readonly rows: number;
  readonly bytes: number;
}

/** Writes a new file, whole or not at all. UserError CONFLICT when it is there already. */
export async function backUp(config: ServiceConfig, file: string): Promise<BackupSummary> {
  if (existsSync(file)) {
    throw new UserError("CONFLICT", complaint("file", "it exists already", file));
  }
  const store = await openServiceStore(config);
  const part = `${file}.part`;
  try {
    const gzip = createGzip({ level: 1 });
    const written = pipeline(gzip, createWriteStream(part));
    written.catch(() => {});
    const rows = await writeBackup(store.database.db, ENGINE_VERSION, async (line) => {
      if (!gzip.write(`${line}\n`)) await Promise.race([once(gzip, "drain"), written]);
    });
    gzip.end();
    await written;
    await rename(part, file);
    return { rows, bytes: (await stat(file)).size };
  } finally {
    await store.close();
    await rm(part, { force: true });
  }
}

/** See `restoreBackup`. UserError NOT_FOUND without the file. */
export async function restore(config: ServiceConfig, file: string): Promise<BackupSummary> {
  if (!existsSync(file)) {
    throw new UserError("NOT_FOUND", complaint("file", "there is no such file", file));
  }
  const store = await openServiceStore(config);
  try {
    const { rows } = await restoreBackup(store.database.db, linesOf(file));
    return { rows, bytes: (await stat(file)).size };
  } finally {
    await store.close();
  }
}

/** Of a compressed file. UserError VALIDATION where it is none, or ends before its end. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const gunzip = createGunzip();
  pipeline(createReadStream(file), gunzip).catch(() => {});
  const text = gunzip.setEncoding("utf8");
  let begun: string[] = [];
  try {
    for await (const piece of text as AsyncIterable<string>) {
      const [first, ...more] = piece.split("\n");
      begun.push(first);
      for (const next of more) {
        yield begun.join("");
        begun = [next];
      }
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "Z_DATA_ERROR" && code !== "Z_BUF_ERROR") throw error;
    const message = "the file is not a backup of this service, or is cut off";
    throw new UserError("VALIDATION", complaint("file", message, file));
  }
}

import { expect, it } from "vitest";
import { importCampaign } from "../support/chaos/import-campaign.ts";
import { onBothDatabases } from "../support/databases.ts";

onBothDatabases("kill -9", (database) => {
  it("during the first start and during imports leaves nothing half done", async () => {
    const made = await database.create();
    const seed = Math.floor(Math.random() * 2 ** 31);
    const replay = `npm run chaos -- --imports 2 --seed ${seed}`;
    try {
      const report = await importCampaign({
        ...{ kills: 2, seed, bars: 20_000 },
        // Only an embedded database has a directory that is made with the first start.
        firstKills: database.name === "postgres" ? 0 : 1,
        ...(database.name === "postgres" ? { url: made.location.url! } : {}),
      });
      expect(report.complaints, replay).toEqual([]);
    } finally {
      await made.drop();
    }
  });
});

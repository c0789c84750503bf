import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXAMPLE_OPERATIONS } from "../../src/server/example-operations.ts";
import { overWebsocket, post } from "./graphql-client.ts";
import { TestService } from "./test-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const example = (name: string) => EXAMPLE_OPERATIONS.find((op) => op.name === name)!;

describe("the example operations", () => {
  it("import, start, follow, query and cancel, one after the other", async () => {
    const { url, wsUrl } = service;
    const imported = await post(url, example("import").query, example("import").variables);
    expect(imported.errors).toBeUndefined();
    expect(imported.data.importDataset).toMatchObject({ created: true, dataset: { bars: 5000 } });
    const started = await post(url, example("start").query, example("start").variables);
    console.log(started.text);
    const { id } = started.data.startRun.run;
    const { results } = overWebsocket(wsUrl, example("follow").query, { id });
    for await (const result of results) console.log(JSON.stringify(result));
    const found = await post(url, example("query").query, { id });
    console.log(found.text.slice(0, 1500));
    const cancelled = await post(url, example("cancel").query, { input: { id } });
    console.log(cancelled.text);
    console.log((await post(url, example("catalogue").query)).text.slice(0, 3000));
    console.log(service.errors);
  });
});

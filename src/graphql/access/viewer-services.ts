import { allows, type Principal, sees } from "../../access/principal.ts";
import { complaint, UserError } from "../../core/user-error.ts";
import type { ApiStore, ImportService, RunService, Services } from "../context.ts";

/**
 * The services as one principal may see them: what belongs to others does not exist. Both parts are
 * written out method by method, so that one which is added has to say here whose it is.
 */
export function viewerServices(services: Services, viewer: Principal): Services {
  const runs = ownRuns(services.runs, viewer);
  const imports = ownImports(services.imports, viewer);
  if (allows(viewer, "admin")) return { ...services, runs, imports };
  const store = visibleStore(services.store, viewer);
  return {
    ...services,
    store,
    runs: visibleRuns(store, runs),
    imports: visibleImports(store, imports),
  };
}

/** What is started belongs to whoever starts it. */
function ownRuns(runs: RunService, { owner }: Principal): RunService {
  return {
    estimate: (request) => runs.estimate(request),
    startRun: (request, key, _owner, strategyId) => runs.startRun(request, key, owner, strategyId),
    backtest: (request, options) => runs.backtest(request, options),
    check: (request, options) => runs.check(request, options),
    cancelRun: (id, reason) => runs.cancelRun(id, reason),
    queue: () => runs.queue(),
    setRunPriority: (id, priority) => runs.setRunPriority(id, priority),
    retryRun: (id) => runs.retryRun(id),
    pauseRun: (id) => runs.pauseRun(id),
    resumeRun: (id) => runs.resumeRun(id),
    deleteRun: (id) => runs.deleteRun(id),
    report: (runId, place, options) => runs.report(runId, place, options),
  };
}

function ownImports(imports: ImportService, { owner }: Principal): ImportService {
  return {
    start: (wish) => imports.start(wish, owner),
    receive: (id, upload) => imports.receive(id, upload),
    cancel: (id) => imports.cancel(id),
    retry: (id) => imports.retry(id),
    files: () => imports.files(),
  };
}

/** Datasets are everybody's. Rows, chunks, events and reports are asked of a run that was seen. */
function visibleStore(store: ApiStore, viewer: Principal): ApiStore {
  const seen = <T extends { readonly owner: string }>(found: T | null) =>
    found !== null && sees(viewer, found.owner) ? found : null;
  return {
    backend: store.backend,
    datasetsByHash: (hashes) => store.datasetsByHash(hashes),
    findDataset: (hashOrName) => store.findDataset(hashOrName),
    listDatasets: (page) => store.listDatasets(page),
    run: async (id) => seen(await store.run(id)),
    runsById: async (ids) => (await store.runsById(ids)).filter((run) => seen(run) !== null),
    listRuns: (page, filter, order) =>
      store.listRuns(page, { ...filter, owner: viewer.owner }, order),
    results: (runId, page, orderBy) => store.results(runId, page, orderBy),
    events: (runId, afterSeq, limit) => store.events(runId, afterSeq, limit),
    queuePositions: (ids) => store.queuePositions(ids),
    listChunks: (runId, page, filter) => store.listChunks(runId, page, filter),
    access: store.access,
    // The list asks for a scope; a run says of its own engine version whether anybody is there.
    workers: () => store.workers(),
    ...visibleLibrary(store, viewer),
    importById: async (id) => seen(await store.importById(id)),
    importsById: async (ids) => (await store.importsById(ids)).filter((found) => seen(found)),
    listImports: (page, filter) => store.listImports(page, { ...filter, owner: viewer.owner }),
    // An id that says nothing to whoever may not look behind it.
    onImportChanged: (listener) => store.onImportChanged(listener),
  };
}

/** Marks and best rows are asked of runs that were seen; the rest is one's own. */
function visibleLibrary(store: ApiStore, viewer: Principal) {
  const { owner } = viewer;
  const strategyOf = async (id: string) =>
    (await store.strategiesById([id])).find((found) => sees(viewer, found.owner));
  return {
    markRun: (runId, change) => store.markRun(runId, change),
    runMarks: (runIds) => store.runMarks(runIds),
    bestRows: (runIds, limit) => store.bestRows(runIds, limit),
    saveStrategy: (strategy) => store.saveStrategy({ ...strategy, owner }),
    strategiesById: async (ids) =>
      (await store.strategiesById(ids)).filter((found) => sees(viewer, found.owner)),
    listStrategies: (page) => store.listStrategies(page, owner),
    strategyVersions: (id, page) => store.strategyVersions(id, page),
    strategyVersion: async (id, version) =>
      (await strategyOf(id)) === undefined ? null : store.strategyVersion(id, version),
    pinVariant: (pin) => store.pinVariant({ ...pin, owner }),
    pinsById: async (ids) =>
      (await store.pinsById(ids)).filter((found) => sees(viewer, found.owner)),
    listPins: (page) => store.listPins(page, owner),
    unpin: (id) => store.unpin(id),
  } satisfies Partial<ApiStore>;
}

/** A run of somebody else is answered as one that does not exist. */
function visibleRuns(store: ApiStore, runs: RunService): RunService {
  const ofVisible = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    if ((await store.run(id)) !== null) return work();
    throw new UserError("NOT_FOUND", complaint("id", "there is no such run", id));
  };
  return {
    estimate: runs.estimate,
    startRun: runs.startRun,
    backtest: runs.backtest,
    check: runs.check,
    cancelRun: (id, reason) => ofVisible(id, () => runs.cancelRun(id, reason)),
    queue: runs.queue,
    setRunPriority: (id, priority) => ofVisible(id, () => runs.setRunPriority(id, priority)),
    retryRun: (id) => ofVisible(id, () => runs.retryRun(id)),
    pauseRun: (id) => ofVisible(id, () => runs.pauseRun(id)),
    resumeRun: (id) => ofVisible(id, () => runs.resumeRun(id)),
    deleteRun: (id) => ofVisible(id, () => runs.deleteRun(id)),
    report: runs.report,
  };
}

/** As of runs. */
function visibleImports(store: ApiStore, imports: ImportService): ImportService {
  const ofVisible = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    if ((await store.importById(id)) !== null) return work();
    throw new UserError("NOT_FOUND", complaint("id", "there is no such import", id));
  };
  return {
    start: imports.start,
    files: imports.files,
    receive: (id, upload) => ofVisible(id, () => imports.receive(id, upload)),
    cancel: (id) => ofVisible(id, () => imports.cancel(id)),
    retry: (id) => ofVisible(id, () => imports.retry(id)),
  };
}

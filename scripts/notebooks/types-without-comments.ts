import { createRequire } from "node:module";
import { isMainThread } from "node:worker_threads";

// Loaded into the kernel before tslab: two thirds of what its compiler reads of packages' types are
// comments for editors. Without them a kernel begins with 1.5 s of processor time instead of 2.
const COMMENTS = /^[ \t]*\/\*\*[\s\S]*?\*\/[ \t]*$/gm;

if (isMainThread) {
  const tslab = createRequire(process.argv[1] ?? import.meta.url);
  const { sys } = createRequire(tslab.resolve("tslab"))("@tslab/typescript-for-tslab");
  const readFile: (path: string, encoding?: string) => string | undefined = sys.readFile;
  sys.readFile = (path: string, encoding?: string) => {
    const text = readFile(path, encoding);
    const ofPackage = path.includes("/node_modules/") && path.endsWith(".d.ts");
    return ofPackage ? text?.replace(COMMENTS, "") : text;
  };
}

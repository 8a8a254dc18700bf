// graphql.mjs MODULES REQUESTS fails unless each line {"request":..,"answer":..} of REQUESTS is right by GitHub's schema: the
// query and its variables, and the answer, which must have exactly what the query asks for.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, requests] = process.argv.slice(2);
const require = createRequire(join(modules, "node_modules", "x.js"));
const { buildSchema, executeSync, parse, validate } = require("graphql");
// GitHub defines some fields twice.
const schema = buildSchema(readFileSync(join(modules, "node_modules", "@octokit", "graphql-schema", "schema.graphql"), "utf8"), { assumeValid: true });

const problems = [];
for (const line of readFileSync(requests, "utf8").trim().split("\n")) {
  const { request, answer } = JSON.parse(line);
  const document = parse(request.query);
  // The answer is found by the names in it, which an alias may have given.
  const fieldResolver = (source, args, context, info) => source?.[info.path.key];
  // What is asked of an interface all its types have.
  const typeResolver = (value, context, info, type) => schema.getPossibleTypes(type)[0].name;
  const errors = validate(schema, document);
  const result = errors.length > 0 ? {} : executeSync({
    schema, document, rootValue: answer.data, variableValues: request.variables, fieldResolver, typeResolver,
  });
  problems.push(...errors, ...(result.errors ?? []));
  if (errors.length === 0 && JSON.stringify(result.data) !== JSON.stringify(sorted(answer.data, result.data))) {
    problems.push(`the answer ${JSON.stringify(answer.data)} is not ${JSON.stringify(result.data)}`);
  }
}

// sorted returns a value with its keys in the order of those of another one.
function sorted(value, like) {
  if (Array.isArray(value)) {
    return value.map((v, i) => sorted(v, like?.[i]));
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  const keys = [...Object.keys(like ?? {}), ...Object.keys(value).filter((k) => !(k in (like ?? {})))];
  return Object.fromEntries(keys.map((k) => [k, sorted(value[k], like?.[k])]));
}

if (problems.length > 0) {
  console.error(problems.map(String).join("\n"));
  process.exit(1);
}

// The tabs that a first visit opens: each file in examples/ with the variables of the same name.
const queries = import.meta.glob("./examples/*.graphql", {
  query: "?raw",
  import: "default",
  eager: true,
});
const variables = import.meta.glob("./examples/*.json", {
  query: "?raw",
  import: "default",
  eager: true,
});

export const examples = Object.keys(queries)
  .sort()
  .map((path) => ({
    query: queries[path],
    variables: variables[path.replace(/graphql$/, "json")] ?? null,
  }));

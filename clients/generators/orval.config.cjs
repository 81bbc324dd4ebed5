// One file of functions around fetch; they return the status beside the data.
module.exports = {
  api: {
    input: { target: "made/schema.json" },
    output: { target: "made/orval/api.ts", client: "fetch", mode: "single" },
  },
};

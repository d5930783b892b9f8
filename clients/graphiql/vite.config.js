// Builds the explorer into the backend's static files. `npm run dev` serves it from here instead and
// sends what it asks for to an API on its default port.
import { defineConfig } from "vite";

// "use client" marks code for server-side rendering; a bundle for the browser loses nothing with it.
function exceptHarmless(level, log, report) {
  if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
}

export default defineConfig({
  base: "/graphiql/",
  build: {
    outDir: "../../api/transport/static/graphiql",
    emptyOutDir: true,
    // The editor is one large piece that GraphiQL loads after the page is drawn.
    chunkSizeWarningLimit: 5000,
    modulePreload: { polyfill: false },
    rolldownOptions: { onLog: exceptHarmless },
  },
  worker: { format: "es" },
  server: { host: "127.0.0.1", proxy: { "/graphql": "http://127.0.0.1:8000" } },
});

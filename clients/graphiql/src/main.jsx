// The explorer's page: GraphiQL with our fetcher and examples, every byte from our own server.
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./style.css";

import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import { examples } from "./examples.js";
import { createFetcher } from "./fetcher.js";
import { createStorage } from "./storage.js";

const NEW_TAB = `# Ctrl-Space completes; the book on the left documents every type, field and argument.
`;

const storage = createStorage("parley");
// GraphiQL leaves the first tab's variables out unless it is told them like this.
const isFirstVisit = storage.getItem("graphiql:tabState") === null;

createRoot(document.getElementById("explorer")).render(
  <GraphiQL
    fetcher={createFetcher("/graphql")}
    storage={storage}
    defaultTabs={examples}
    initialVariables={isFirstVisit ? examples[0].variables : undefined}
    defaultQuery={NEW_TAB}
    defaultEditorToolsVisibility="variables"
    schemaDescription
    inputValueDeprecation
    showPersistHeadersSettings={false} // a key typed into the headers is never kept
  >
    <GraphiQL.Logo>
      <a className="graphiql-logo-link" href="/graphql">
        Parley
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);

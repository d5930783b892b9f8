// The page: one conversation over the API that serves it, kept in this tab.
import "./style.css";

import { openPage } from "parley-client/browser";
import { createRoot } from "react-dom/client";

import { App } from "./app.tsx";

createRoot(document.getElementById("page")!).render(<App conversation={openPage()} />);

import { start } from "../shared/start.tsx";
import { App } from "./shell/app.tsx";
import "./console.css";

void start(<App />);

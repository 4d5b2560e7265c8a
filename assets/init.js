import "./typed.js";
import { initAll } from "./govuk-frontend.min.js";

initAll();

import { MarrowChat } from "./element";

if (!customElements.get("marrow-chat")) customElements.define("marrow-chat", MarrowChat);

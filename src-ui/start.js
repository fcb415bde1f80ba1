// Starts the compiled face. A file of its own, because the content security policy allows no script in the page.
//
// What the face asks first is asked here, while it is still being read and compiled, and Home's notices are drawn
// as soon as they are known: a person sees what is new before the program that shows it has begun. The face takes
// the answers over (src/ipc/host.rs) and puts itself in the drawing's place (src/app.rs). Everything is made of
// elements and plain text; nothing here reads HTML.

// On its way while everything below happens.
const compiled = fetch("/linli_ui_bg.wasm");
const shell = globalThis.__TAURI_INTERNALS__;

if (shell) {
  const ask = (name) => shell.invoke("plugin:linli|call", { name, request: "{}" });
  const asked = { "app.get": ask("app.get") };
  globalThis.linliAsked = asked;
  asked["app.get"]
    .then((text) => {
      const app = JSON.parse(text);
      // Where the cache is locked there is no Home yet, and a refusal would be out of date once there is.
      if (app.stage.is !== "ready") return undefined;
      asked["home.get"] = ask("home.get");
      return asked["home.get"].then((home) => draw(app, JSON.parse(home)));
    })
    // The face asks again and says what is wrong.
    .catch(() => {});
}

import("/linli_ui.js").then(({ default: start }) => start({ module_or_path: compiled })).catch((error) => {
  document.documentElement.dataset.start = "failed";
  console.error(error);
});

/** Home's notices as src/pages/home/mod.rs and src/pages/notices/row.rs show them, as far as they need no sentences. */
function draw({ stage, settings, settings_chosen: chosen, me }, { emergencies, unread, newest }) {
  const place = document.getElementById("app");
  const isHome = stage.is === "ready" && settings.mode === "standard" && location.pathname === "/";
  if (!isHome || !me || place.hasChildNodes()) return;

  const root = document.documentElement;
  // Until the person has chosen, the face speaks the language of the device (src/state.rs).
  const language = chosen ? settings.language : navigator.language.startsWith("zh") ? "zh" : "en";
  root.lang = language;
  root.dataset.mode = settings.mode;
  if (settings.theme !== "system") root.dataset.theme = settings.theme;
  if (settings.high_contrast) root.dataset.contrast = "high";
  root.style.setProperty("--scale", settings.text_percent / 100);

  const calm = unread.filter((row) => !row.emergency);
  const rows = calm.length > 0 ? calm : newest;
  if (emergencies.length + rows.length === 0) return;
  const banners = emergencies.map(({ title }) =>
    element("div", "c-banner", { kind: "emergency" }, [icon("warn"), element("div", "", {}, [element("p", "c-banner__title", {}, [title])])]));
  const list = element("ul", "c-list", {}, rows.map((row) => element("li", "", {}, [drawRow(row, me.community.categories, language)])));
  const head = element("div", "l-section__head", {}, []);
  const page = element("div", "l-page", { width: "wide" }, [...banners, element("section", "l-section", {}, [head, list])]);
  const frame = element("div", "l-frame", {}, [element("div", "c-sidebar", {}, []), element("main", "l-main", {}, [page]), element("div", "c-bar", {}, [])]);
  // Read out once, by the face.
  frame.inert = true;
  place.append(frame);
  // The frame after the one that holds it comes when that one was painted.
  requestAnimationFrame(() => requestAnimationFrame(() => shell.invoke("plugin:linli|painted")));
}

function drawRow(row, categories, language) {
  const name = categories.find(({ key }) => key === row.category)?.name ?? {};
  const category = name[language] ?? Object.values(name)[0] ?? row.category;
  const excerpt = row.excerpt.map(({ text }) => text).join("");
  const body = element("span", "c-row__body", {}, [
    element("span", "c-row__tags", {}, [element("span", "c-tag", row.unread ? { tone: "jade" } : {}, [category])]),
    element("span", "c-row__title", {}, [row.title]),
    element("span", "c-row__summary", {}, [excerpt]),
    element("span", "c-row__meta", {}, [row.author]),
  ]);
  const lead = element("span", "c-row__lead", {}, row.unread ? [element("span", "c-row__dot", {}, [])] : []);
  return element("div", "c-row", row.unread ? { unread: "" } : {}, [lead, body]);
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#${name}`);
  svg.setAttribute("class", "c-icon");
  svg.append(use);
  return svg;
}

/** An element; text among its children stays text. */
function element(name, className, data, children) {
  const made = document.createElement(name);
  made.className = className;
  Object.assign(made.dataset, data);
  made.append(...children);
  return made;
}

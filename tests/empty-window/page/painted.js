// The frame after the one that holds the page comes when that one was painted: as `first_notice` in src-ui/src/ipc.
requestAnimationFrame(() => requestAnimationFrame(() => window.__TAURI_INTERNALS__.invoke("painted")));

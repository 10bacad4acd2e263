// What a screen reader is told: starts, ends and failures, never every word of an answer.
export function announce(text) {
  const place = document.getElementById("announcer");
  place.textContent = "";
  // A change in the same task is one change, and one to the same text is none.
  setTimeout(() => { place.textContent = text; }, 60);
}

/** A passing line, for what nothing else on the screen would show. */
export function toast(text) {
  let place = document.querySelector(".toasts");
  if (!place) {
    place = document.createElement("div");
    place.className = "toasts";
    document.body.append(place);
  }
  const line = document.createElement("div");
  line.className = "toast";
  line.textContent = text;
  place.append(line);
  announce(text);
  setTimeout(() => line.remove(), 4500);
}

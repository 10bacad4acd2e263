// Runs before the first paint, so that a chosen scheme never flashes the other one.
{
  const chosen = localStorage.getItem("lumen-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}

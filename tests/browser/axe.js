// What axe-core finds wrong on the page as it stands.
async () => {
  const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await axe.run(document, { runOnly: standards });
  const said = (node) => `${node.target} ${node.any.map(({ message }) => message)}`;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(said).join(" | ")}`);
}

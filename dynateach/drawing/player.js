function render({ model, el }) {
  el.textContent = "";
}
export default { render };

for (const table of document.querySelectorAll('table.sortable')) {
  const body = table.tBodies[0];
  const key = (row, i) => row.cells[i].dataset.v ?? row.cells[i].textContent;
  table.querySelectorAll('th button').forEach((button, i) => button.addEventListener('click', () => {
    const th = button.parentElement, up = th.getAttribute('aria-sort') !== 'ascending';
    table.querySelectorAll('th').forEach(other => other.removeAttribute('aria-sort'));
    th.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const rows = [...body.rows].map(row => [key(row, i), row]);
    const number = rows.every(([k]) => k === '' || !Number.isNaN(+k));
    rows.sort(([a], [b]) => (number ? (a === '' ? Infinity : +a) - (b === '' ? Infinity : +b)
      : a < b ? -1 : a > b ? 1 : 0) * (up ? 1 : -1));
    body.append(...rows.map(([, row]) => row));
  }));
}
for (const field of document.querySelectorAll('input[data-filter]')) {
  const items = document.querySelectorAll(field.dataset.filter);
  field.addEventListener('input', () => {
    const wanted = field.value.trim().toLowerCase();
    for (const item of items) item.hidden = wanted && !item.textContent.toLowerCase().includes(wanted);
  });
}

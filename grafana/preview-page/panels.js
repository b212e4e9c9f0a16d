// Panels that show the last value as a number, a bar or a table, and text panels.
'use strict';

const escape = text => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;');

const nothing = field => `<div class="none">${escape(field.noValue ?? 'No data')}</div>`;

function stat(panel) {
  const field = panel.fieldConfig.defaults, all = series(panel);
  const big = (content, background) => `<div class="big" style="background:${background}"><div>${content}</div></div>`;
  if (all.length === 0) return big(escape(field.noValue ?? 'No data'), '#22252b');
  return all.map(one => {
    const value = escape(shown(last(one), field)), name = escape(one.name);
    const texts = { auto: value, name, value_and_name: `${value}<br><span class="small">${name}</span>` };
    return big(texts[panel.options.textMode] ?? fail(panel.options.textMode), tint(last(one), field));
  }).join('');
}

function bargauge(panel) {
  const field = panel.fieldConfig.defaults, all = series(panel).filter(one => Number.isFinite(last(one)));
  if (all.length === 0) return nothing(field);
  const most = Math.max(...all.map(last), 1e-9);
  const bar = value =>
    `<div style="height:16px;width:${Math.max(100 * value / most, 1)}%;background:${tint(value, field)}"></div>`;
  const row = one => `<tr><td class="narrow">${escape(one.name)}</td><td>${bar(last(one))}</td>
    <td class="narrow">${escape(shown(last(one), field))}</td></tr>`;
  return `<div class="bars"><table>${all.map(row).join('')}</table></div>`;
}

// One row for each set of labels, like the transformation "merge". The values of each query are a column.
function rows(panel) {
  const several = panel.targets.length > 1, found = new Map();
  for (const { refId, labels, points } of series(panel)) {
    const key = JSON.stringify(several ? [labels.job, labels.instance, labels.device] : labels);
    found.set(key, { ...found.get(key), ...labels, [several ? `Value #${refId}` : 'Value']: points.at(-1)[1] });
  }
  return [...found.values()];
}

function table(panel) {
  const { defaults, overrides } = panel.fieldConfig, all = rows(panel);
  if (all.length === 0) return nothing(defaults);
  const organize = panel.transformations.find(one => one.id === 'organize').options;
  const place = name => organize.indexByName[name] ?? Infinity;
  const columns = [...new Set(all.flatMap(Object.keys))]
    .filter(name => name !== '__name__' && !organize.excludeByName[name])
    .sort((one, other) => place(one) - place(other))
    .map(name => {
      const title = organize.renameByName[name] ?? name;
      const own = overrides.filter(one => one.matcher.options === title).flatMap(one => one.properties);
      return { name, title, field: { ...defaults, ...Object.fromEntries(own.map(one => [one.id, one.value])) } };
    });
  const order = columns.find(column => column.title === panel.options.sortBy?.[0].displayName);
  all.sort((one, other) => order ? other[order.name] - one[order.name] : one.instance.localeCompare(other.instance));
  const cell = (value, field) => {
    if (value === undefined) return '–';
    if (typeof value === 'string') return escape(value);
    const style = field['custom.cellOptions'] ? `color:${tint(value, field)}` : '';
    return `<span style="${style}">${escape(shown(value, field))}</span>`;
  };
  const line = row => `<tr>${columns.map(({ name, field }) => `<td>${cell(row[name], field)}</td>`).join('')}</tr>`;
  const head = columns.map(column => `<th>${escape(column.title)}</th>`).join('');
  return `<table><tr>${head}</tr>${all.map(line).join('')}</table>`;
}

function markdown(panel) {
  const inline = text => escape(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>').replace(/\[([^\]]+)\]\([^)]+\)/g, '<a>$1</a>');
  const block = text => text.startsWith('```')
    ? `<pre>${escape(text.replace(/```\n?/g, ''))}</pre>` : `<p>${inline(text)}</p>`;
  return `<div class="markdown">${panel.options.content.split('\n\n').map(block).join('')}</div>`;
}

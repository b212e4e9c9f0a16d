// The page: the header, and each panel at its position in the grid.
'use strict';

const CELL = 38, COLUMN = 1400 / 24;

const TYPES = { stat, bargauge, table, timeseries, 'state-timeline': stateTimeline, text: markdown, row: () => '' };

function header() {
  const { dashboard, chosen, begin, end } = window.DATA;
  const variables = dashboard.templating.list.filter(one => one.type === 'query' && one.hide === 0)
    .map(one => `<span>${escape(one.label)}: ${escape(chosen[one.name] ?? 'All')}</span>`);
  return `<b>${escape(dashboard.title)}</b>${variables.join('')}
    <i>preview, drawn by grafana/preview and not by Grafana, ${moment(begin)} to ${moment(end)} UTC</i>`;
}

function box(panel) {
  const { x, y, w, h } = panel.gridPos, width = w * COLUMN - 4, height = h * CELL - 4;
  const draw = TYPES[panel.type] ?? fail(`panel type ${panel.type}`);
  const isRow = panel.type === 'row', title = escape(panel.title);
  const element = document.createElement('section');
  element.className = isRow ? 'row' : '';
  element.style.cssText = `left:${x * COLUMN + 2}px;top:${y * CELL + 4}px;width:${width}px;height:${height}px`;
  element.innerHTML = (isRow ? title : `<h2>${title}</h2>`) + draw(panel, width - 2, height);
  return element;
}

// Reports the height of the page after everything is drawn, or the error.
function show(data) {
  try {
    window.DATA = data;
    const top = document.querySelector('header'), main = document.querySelector('main');
    top.innerHTML = header();
    main.append(...data.dashboard.panels.map(box));
    const height = Math.max(...data.dashboard.panels.map(({ gridPos: { y, h } }) => (y + h) * CELL + 8));
    main.style.height = `${height}px`;
    document.documentElement.dataset.height = height + top.offsetHeight;
  } catch (error) {
    document.documentElement.dataset.error = error.message;
  }
}

// Panels over time: lines, bars and states, with the dashboard's annotations as marks.
'use strict';

const PALETTE = ['#73bf69', '#f2cc0c', '#8ab8ff', '#ff780a', '#f2495c', '#5794f2', '#b877d9', '#705da0', '#37872d'];
const RIGHT = 8;

const svg = (name, attributes, content = '') =>
  `<${name} ${Object.entries(attributes).map(([key, value]) => `${key}="${value}"`).join(' ')}>${content}</${name}>`;

const nice = value => {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(one => one * power).find(one => one >= value * 0.999);
};

// The x coordinate of a time.
const across = (width, left) => time =>
  left + (time - window.DATA.begin) / (window.DATA.end - window.DATA.begin) * (width - left - RIGHT);

function timeAxis(x, top, bottom) {
  const { begin, end } = window.DATA, step = Math.ceil((end - begin) / 60000 / 8) * 60000;
  let lines = '';
  for (let time = Math.ceil(begin / step) * step; time < end; time += step) {
    const label = new Date(time).toISOString().slice(11, 16);
    lines += svg('line', { x1: x(time), x2: x(time), y1: top, y2: bottom, stroke: '#2c3235' })
      + svg('text', { x: x(time), y: bottom + 12, 'text-anchor': 'middle' }, label);
  }
  return lines;
}

// The time of an annotation is its value, or else the time of its sample.
function marks(x, top, bottom) {
  const { begin, end, annotations, dashboard } = window.DATA;
  return dashboard.annotations.list.flatMap(annotation => {
    const times = annotations[annotation.name].result.flatMap(found => found.values)
      .filter(([, value]) => Number(value) >= 1)
      .map(([time, value]) => annotation.useValueForTime ? Number(value) : time * 1000);
    return [...new Set(times)].filter(time => time >= begin && time <= end).map(x).map(at => {
      const stroke = color(annotation.iconColor);
      return svg('line', { x1: at, x2: at, y1: top, y2: bottom, stroke, 'stroke-dasharray': '3 2' })
        + svg('path', { d: `M${at - 4} ${bottom + 5} h8 l-4 -5 z`, fill: stroke });
    });
  }).join('');
}

// The points with their base: 0, or the series below if they are stacked.
function stack(panel, all) {
  const { defaults, overrides } = panel.fieldConfig, stacked = defaults.custom.stacking.mode === 'normal';
  const inverted = overrides.filter(one => one.matcher.id === 'byFrameRefID').map(one => one.matcher.options);
  const base = new Map();
  return all.map(one => ({
    ...one,
    points: one.points.filter(([, value]) => Number.isFinite(value)).map(([time, value]) => {
      const from = stacked ? base.get(time) ?? 0 : 0, to = from + (inverted.includes(one.refId) ? -value : value);
      base.set(time, to);
      return [time, to, from];
    }),
  }));
}

function bars(points, x, y, fill, left, right) {
  const gaps = points.slice(1).map(([time], index) => time - points[index][0]);
  const gap = Math.min(...gaps, window.DATA.end - window.DATA.begin);
  const wide = Math.max(Math.min(0.8 * (x(window.DATA.begin + gap) - x(window.DATA.begin)), 60), 1);
  return points.map(([time, to, from]) => svg('rect', {
    x: Math.min(Math.max(x(time) - wide / 2, left), right - wide), width: wide,
    y: Math.min(y(to), y(from)), height: Math.abs(y(from) - y(to)), fill, opacity: 0.8,
  })).join('');
}

function line(points, x, y, stroke, steps) {
  const path = points.map(([time, to], index) => index === 0 ? `M${x(time)} ${y(to)}`
    : steps ? `H${x(time)}V${y(to)}` : `L${x(time)} ${y(to)}`);
  return svg('path', { d: path.join(''), fill: 'none', stroke, 'stroke-width': 1.3 });
}

function timeseries(panel, width, height) {
  const field = panel.fieldConfig.defaults, all = stack(panel, series(panel));
  if (all.length === 0) return nothing(field);
  const values = all.flatMap(one => one.points.map(point => point[1]));
  const high = Math.max(...values, 0) * 1.08 || 1, low = Math.min(...values, 0) * 1.08, tick = nice((high - low) / 5);
  const left = 62, top = 6, bottom = height - 72, right = width - RIGHT;
  const x = across(width, left), y = value => top + (high - value) / (high - low) * (bottom - top);
  let grid = '';
  for (let index = Math.ceil(low / tick); index * tick <= high; index++) {
    const at = y(index * tick);
    grid += svg('line', { x1: left, x2: right, y1: at, y2: at, stroke: '#2c3235' })
      + svg('text', { x: left - 6, y: at + 3, 'text-anchor': 'end' }, escape(inUnit(index * tick, field)));
  }
  const hue = index => PALETTE[index % PALETTE.length];
  const shapes = all.map(({ points }, index) => field.custom.drawStyle === 'bars'
    ? bars(points, x, y, hue(index), left, right)
    : line(points, x, y, hue(index), field.custom.lineInterpolation === 'stepAfter')).join('');
  const names = all.map((one, index) => `<span><b style="background:${hue(index)}"></b>${escape(one.name)}</span>`);
  const content = grid + timeAxis(x, top, bottom) + shapes + marks(x, top, bottom);
  return svg('svg', { width, height: height - 54 }, content) + `<div class="legend">${names.join('')}</div>`;
}

function stateTimeline(panel, width, height) {
  const field = panel.fieldConfig.defaults, all = series(panel);
  if (all.length === 0) return nothing(field);
  const left = Math.min(300, Math.max(...all.map(one => one.name.length)) * 6 + 12);
  const bottom = height - 44, tall = bottom / all.length, x = across(width, left);
  const times = all[0].points.map(([time]) => time), step = times.length > 1 ? times[1] - times[0] : 1000;
  const bands = all.map((one, index) => {
    const y = index * tall;
    const band = ([time, value]) => svg('rect', {
      x: x(time), width: Math.max(Math.min(x(time + step), width - RIGHT) - x(time), 0) + 0.5,
      y: y + tall * 0.1, height: tall * 0.8, fill: tint(value, field),
    });
    return svg('text', { x: left - 6, y: y + tall / 2 + 3, 'text-anchor': 'end' }, escape(one.name))
      + one.points.map(band).join('');
  });
  const content = timeAxis(x, 0, bottom) + bands.join('') + marks(x, 0, bottom);
  return svg('svg', { width, height: height - 26 }, content);
}

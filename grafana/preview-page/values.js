// Numbers as Grafana writes them, and their colors.
'use strict';

const COLORS = {
  green: '#73bf69', red: '#d6404f', orange: '#ff9830', blue: '#3d71d9', purple: '#8f3bb8', text: '#ccccdc',
};

const fail = what => { throw new Error(`${what} is not known`); };

const round = (value, decimals) => {
  if (decimals !== undefined) return value.toFixed(decimals);
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return value.toPrecision(3).replace(/\.?0+$/, '');
};

const scaled = (units, value, decimals) => {
  let step = 0;
  for (; Math.abs(value) >= 1000 && step < units.length - 1; step++) value /= 1000;
  return round(value, decimals) + units[step];
};

const seconds = (value, decimals) => {
  if (value > 0 && value < 1) return `${round(value * 1000)} ms`;
  if (value < 60) return `${round(value, decimals)} s`;
  for (const [size, name] of [[86400, 'days'], [3600, 'hours'], [60, 'mins']])
    if (value >= size) return `${round(value / size, 1)} ${name}`;
};

const moment = time => new Date(time).toISOString().slice(0, 19).replace('T', ' ');

const UNITS = {
  short: (value, decimals) => scaled(['', ' K', ' Mil', ' Bil'], value, decimals),
  s: seconds,
  Bps: (value, decimals) => scaled([' B/s', ' kB/s', ' MB/s', ' GB/s'], value, decimals),
  bps: (value, decimals) => scaled([' b/s', ' kb/s', ' Mb/s', ' Gb/s'], value, decimals),
  pps: (value, decimals) => scaled([' p/s', ' kp/s', ' Mp/s'], value, decimals),
  percentunit: (value, decimals) => `${round(value * 100, decimals)}%`,
  dateTimeFromNow: value => `${seconds((window.DATA.end - value) / 1000, 0)} ago`,
  dateTimeAsIso: value => moment(value),
};

const color = name => COLORS[name] ?? (name.startsWith('#') ? name : fail(`color ${name}`));

const inUnit = (value, field) => (UNITS[field.unit] ?? fail(`unit ${field.unit}`))(value, field.decimals);

const mapped = (value, field) => field.mappings.map(mapping => mapping.options[value]).find(option => option);

const shown = (value, field) => mapped(value, field)?.text ?? inUnit(value, field);

const threshold = (value, field) =>
  field.thresholds.steps.filter(step => step.value === null || value >= step.value).at(-1).color;

const tint = (value, field) => color(mapped(value, field)?.color
  ?? (field.color.mode === 'fixed' ? field.color.fixedColor : threshold(value, field)));

// The series of a panel: the legend name and the points of each query.
const legend = (format, labels) => format.replace(/{{(\w+)}}/g, (_, name) => labels[name] ?? '').trim();

const series = panel => panel.targets.flatMap(({ refId, legendFormat }) =>
  window.DATA.panels[panel.id][refId].result.map(found => ({
    refId,
    name: legend(legendFormat, found.metric),
    labels: found.metric,
    points: (found.values ?? [found.value]).map(([time, value]) => [time * 1000, Number(value)]),
  })));

const last = one => one.points.at(-1)[1];

// Checks documents of the Prometheus operator (standard input, YAML) against its models. The validators check types,
// required fields and patterns. A field that a validator never reads does not exist. Prints one line per fault.
//   node operator-schema.mjs NODE_MODULES_PARENT < rendered.yaml
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(`${process.argv[2]}/x.js`));
const { loadAll } = await import(pathToFileURL(require.resolve('js-yaml')));
const group = 'monitoring.coreos.com';
const directory = `${process.argv[2]}/node_modules/@kubernetes-models/prometheus-operator/${group}`;
const load = async version => import(pathToFileURL(`${directory}/${version}/index.js`));
const models = { [`${group}/v1`]: await load('v1'), [`${group}/v1alpha1`]: await load('v1alpha1') };

// Records which fields of an object are read. An object whose keys are enumerated is a map: all its keys are valid.
function watched(value, path, unread) {
  if (value === null || typeof value !== 'object') return value;
  if (!Array.isArray(value)) for (const key of Object.keys(value)) unread.add(`${path}.${key}`);
  const children = new Map();
  return new Proxy(value, {
    get(target, key) {
      if (typeof key === 'symbol') return target[key];
      unread.delete(`${path}.${key}`);
      if (!Object.hasOwn(target, key) || key === 'length') return target[key];
      if (!children.has(key)) children.set(key, watched(target[key], `${path}.${key}`, unread));
      return children.get(key);
    },
    ownKeys(target) {
      for (const key of Object.keys(target)) unread.delete(`${path}.${key}`);
      return Reflect.ownKeys(target);
    },
  });
}

let checked = 0;
let faults = 0;
for (const document of loadAll(readFileSync(0, 'utf8'))) {
  if (!document?.apiVersion?.startsWith(`${group}/`)) continue;
  checked++;
  const say = text => { faults++; console.log(`${document.kind} ${document.metadata?.name}: ${text}`); };
  const Model = models[document.apiVersion]?.[document.kind];
  if (!Model) { say(`there is no ${document.kind} in ${document.apiVersion}`); continue; }
  const unread = new Set();
  const model = new Model(document);
  model.spec = watched(document.spec, 'spec', unread);
  try { model.validate(); } catch (error) { say(error.message.split('\n')[0]); }
  for (const field of unread) say(`there is no field ${field}`);
}
console.log(`${checked} documents of the Prometheus operator`);
process.exit(faults === 0 ? 0 : 1);

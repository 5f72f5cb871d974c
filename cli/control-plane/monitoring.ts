import { type Api, found, type Json, requireNew, withoutDefaults } from './call.ts';

/** Alert policies and dashboards, by their full names, which Google gives. */
export function monitoringApi(policies: Map<string, Json>, dashboards: Map<string, Json>): Api {
  let made = 0;
  return ({ method, path, query, body }) => {
    const [, parent, kind, id] = /^v\d\/(projects\/[^/]+\/(alertPolicies|dashboards))(?:\/([^/]+))?$/.exec(path) ?? [];
    if (parent === undefined) return undefined;
    const resources = kind === 'alertPolicies' ? policies : dashboards;
    const given = withoutDefaults(body) as Json;
    if (id === undefined) {
      if (method !== 'POST') return undefined;
      const name = `${parent}/${++made}`;
      const resource = {
        ...given,
        name,
        ...(kind === 'alertPolicies' && { enabled: true, conditions: named(given, name) }),
      };
      resources.set(name, resource);
      return resource;
    }
    const name = `${parent}/${id}`;
    const resource = found(resources.get(name), name);
    if (method === 'PATCH') {
      const fields = query.get('updateMask')?.split(',') ?? Object.keys(given);
      for (const field of fields) resource[field] = field === 'conditions' ? named(given, name) : given[field];
      return resource;
    }
    if (method === 'DELETE') return resources.delete(name) ? {} : undefined;
    return method === 'GET' ? resource : undefined;
  };
}

function named({ conditions }: Json, policy: string): Json[] {
  return conditions.map((condition: Json, index: number) => ({ ...condition, name: `${policy}/conditions/${index}` }));
}

/** Log-based metrics, by project and name. */
export function loggingApi(metrics: Map<string, Json>): Api {
  return ({ method, path, body }) => {
    const [, project, id] = /^projects\/([^/]+)\/metrics(?:\/(.+))?$/.exec(path) ?? [];
    if (project === undefined) return undefined;
    const name = `${project}/${id ?? body.name}`;
    if (id === undefined ? method === 'POST' : method === 'PUT') {
      if (id === undefined) requireNew(metrics, name);
      metrics.set(name, asKept(body));
      return metrics.get(name);
    }
    const metric = found(metrics.get(name), name);
    if (method === 'DELETE') return metrics.delete(name) ? {} : undefined;
    return method === 'GET' ? metric : undefined;
  };
}

function asKept(given: Json): Json {
  const { metricDescriptor, ...metric } = withoutDefaults(given) as Json;
  // STRING is the first of its enumeration, and so left out.
  const labels = metricDescriptor.labels?.map(({ valueType, ...label }: Json) =>
    valueType === 'STRING' ? label : { ...label, valueType },
  );
  return { ...metric, metricDescriptor: { unit: '1', ...metricDescriptor, ...(labels && { labels }) } };
}

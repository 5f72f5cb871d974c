/** What Terraform would be given. The engine writes its own version into it, the one thing that must differ. */
export interface StackJson {
  readonly '//': { readonly metadata: { readonly version: string } };
  readonly resource: Readonly<Record<string, object>>;
}

interface EngineComparison {
  readonly isSame: boolean;
  /** The verdict for a person. */
  readonly line: string;
}

/** Compares what cdktf made of an environment with what cdktn made of it. */
export function compareEngines(environment: string, byCdktf: StackJson, byCdktn: StackJson): EngineComparison {
  const engines = `cdktf ${versionOf(byCdktf)} and cdktn ${versionOf(byCdktn)}`;
  if (versionOf(byCdktf) === versionOf(byCdktn)) {
    return { isSame: false, line: `${environment}: not compared, ${engines} are the same engine` };
  }
  const difference = firstDifference(withoutVersion(byCdktf), withoutVersion(byCdktn));
  if (difference !== undefined) {
    return { isSame: false, line: `${environment}: differs between ${engines}, first at ${difference}` };
  }
  const resources = Object.values(byCdktf.resource).reduce((sum, ofType) => sum + Object.keys(ofType).length, 0);
  return { isSame: true, line: `${environment}: the same by ${engines} (${resources} resources)` };
}

function versionOf(json: StackJson): string {
  return json['//'].metadata.version;
}

function withoutVersion(json: StackJson): unknown {
  const { metadata, ...rest } = json['//'];
  const { version: _version, ...others } = metadata;
  return { ...json, '//': { ...rest, metadata: others } };
}

/** Where two JSON values first differ, such as `resource.x[0].name`; undefined when they are equal. The order of keys does not count. */
export function firstDifference(a: unknown, b: unknown, path = ''): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return path || 'the whole';
  for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
    const step = Array.isArray(a) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    if (Object.hasOwn(a, key) !== Object.hasOwn(b, key)) return step;
    const difference = firstDifference(a[key], b[key], step);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

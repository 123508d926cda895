/** The part of a CycloneDX 1.5 document that is used here. */
export interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly components: readonly ReturnType<typeof debianComponent>[];
}

/** Adds Debian packages, given as lines of `name<TAB>version<TAB>architecture`, to a bill of materials. */
export function withDebianPackages(bom: Bom, packages: string): Bom {
  const debian = packages
    .split('\n')
    .filter((line) => line !== '')
    .map(debianComponent);
  return { ...bom, components: [...bom.components, ...debian] };
}

function debianComponent(line: string) {
  const [name, version, architecture] = line.split('\t');
  if (!name || !version || !architecture) {
    throw new Error(`package line '${line}': expected name, version and architecture, separated by tabs`);
  }
  // https://github.com/package-url/purl-spec: "+", "~" and ":" of Debian versions must be encoded.
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
  return { type: 'library', name, version, purl, 'bom-ref': purl };
}

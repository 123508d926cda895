/** One package of a software bill of materials (the part of CycloneDX 1.5 that is read or written here). */
export interface Component {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly 'bom-ref': string;
}

/** A CycloneDX document. */
export interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly components: readonly Component[];
}

/**
 * Adds Debian's packages to a bill that lists the npm packages: one document for the image.
 *
 * @param packages lines of `name<TAB>version<TAB>architecture`, as dpkg-query prints them
 */
export function withDebianPackages(bom: Bom, packages: string): Bom {
  const debian = packages
    .split('\n')
    .filter((line) => line !== '')
    .map(debianComponent);
  return { ...bom, components: [...bom.components, ...debian] };
}

function debianComponent(line: string): Component {
  const [name, version, architecture] = line.split('\t');
  if (!name || !version || !architecture) {
    throw new Error(`package line '${line}': expected name, version and architecture, separated by tabs`);
  }
  // https://github.com/package-url/purl-spec: "+", "~" and ":" of Debian versions must be encoded.
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}`;
  return { type: 'library', name, version, purl, 'bom-ref': purl };
}

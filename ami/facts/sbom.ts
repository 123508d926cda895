/** The part of a CycloneDX 1.5 document that is used here. */
export interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly components: readonly { readonly purl: string; readonly 'bom-ref': string }[];
}

/**
 * Adds Debian packages, given as lines of `name<TAB>version<TAB>architecture`, to a bill of materials. `release` is
 * Debian's, such as `12.12`: advisories are for a release.
 */
export function withDebianPackages(bom: Bom, packages: string, release: string): Bom {
  const distro = `debian-${release.split('.')[0]}`;
  const debian = packages
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => debianComponent(line, distro));
  return { ...bom, components: [...bom.components, ...debian] };
}

function debianComponent(line: string, distro: string) {
  const [name, version, architecture] = line.split('\t');
  if (!name || !version || !architecture) {
    throw new Error(`package line '${line}': expected name, version and architecture, separated by tabs`);
  }
  // https://github.com/package-url/purl-spec: "+", "~" and ":" of Debian versions must be encoded.
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architecture}&distro=${distro}`;
  return { type: 'library', name, version, purl, 'bom-ref': purl };
}

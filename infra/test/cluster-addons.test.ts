import { describe, expect, test } from 'vitest';
import { addonRoles } from '../src/addon-roles.ts';
import type { EksAddon } from '../src/addons/addon.ts';
import { eksAddons } from '../src/addons/eks.ts';
import { environments } from '../src/environments/index.ts';
import { resourcesOf, templatesOf } from './templates.ts';

describe.each(environments)('the cluster of $name', async (environment) => {
  const cluster = `rising-stars-${environment.name}-cluster`;
  const { [cluster]: template } = await templatesOf(environment.name);
  const all = (type: string) =>
    Object.entries(resourcesOf({ [cluster]: template ?? { Resources: {} } }, type));
  const waitsOf = (resource: object) => (resource as { DependsOn?: string[] }).DependsOn ?? [];
  const addonIds = (which: (addon: EksAddon) => boolean) =>
    all('AWS::EKS::Addon')
      .filter(([, { Properties }]) =>
        eksAddons.some((addon) => which(addon) && addon.name === Properties.AddonName),
      )
      .map(([id]) => id);

  test('gets every add-on of the table as it stands there', () => {
    const made = all('AWS::EKS::Addon').map(([, { Properties }]) => [
      Properties.AddonName,
      Properties.AddonVersion,
      JSON.parse(Properties.ConfigurationValues ?? '{}'),
    ]);
    const wanted = eksAddons.map(({ name, version, configuration }) => [
      name,
      version,
      configuration(environment),
    ]);
    expect(made).toEqual(wanted);
  });

  test('notes in the zone whose a record is, were it that of the zone’s own name', () => {
    const dns = eksAddons.find(({ name }) => name === 'external-dns')?.configuration(environment);
    expect(dns).toMatchObject({ registry: 'txt', domainFilters: [environment.domain.hostedZone.name] });
    expect(dns?.txtPrefix).toMatch(/%\{record_type\}\.$/);
  });

  test('has no node before what makes nodes ready, and the rest after the nodes', () => {
    const groups = all('AWS::EKS::Nodegroup');
    const early = addonIds(({ isBeforeNodes }) => isBeforeNodes === true);
    expect(early).toHaveLength(3);
    for (const [, group] of groups) expect(waitsOf(group)).toEqual(expect.arrayContaining(early));
    for (const id of addonIds(({ isBeforeNodes }) => !isBeforeNodes)) {
      const addon = template?.Resources[id];
      expect(waitsOf(addon ?? {})).toEqual(expect.arrayContaining(groups.map(([group]) => group)));
    }
  });

  test('is there before anything is associated with it', () => {
    const [[id] = ['']] = all('AWS::EKS::Cluster');
    const associations = all('AWS::EKS::PodIdentityAssociation');
    expect(associations.length).toBeGreaterThan(5);
    for (const [, association] of associations) expect(waitsOf(association)).toContain(id);
  });

  test("knows every add-on's ServiceAccount with rights, once", () => {
    const told = all('AWS::EKS::Addon').flatMap(([, { Properties }]) =>
      (Properties.PodIdentityAssociations ?? []).map(
        ({ ServiceAccount }: { ServiceAccount: string }) => ServiceAccount,
      ),
    );
    const associated = all('AWS::EKS::PodIdentityAssociation').map(
      ([, { Properties }]) => Properties.ServiceAccount,
    );
    const reach = {
      clusterName: cluster,
      hostedZoneId: 'Z0',
      secretArns: ['arn:secret'],
      queueArn: 'arn:queue',
      alarmTopicArn: 'arn:topic',
      secretKeyArn: 'arn:key',
      alarmKeyArn: 'arn:key',
    };
    const wanted = addonRoles(reach).map(({ serviceAccount }) => serviceAccount);
    const found = [...told, ...associated].filter((name) => !name.startsWith('rising-stars-'));
    expect(found.toSorted()).toEqual(wanted.toSorted());
  });
});

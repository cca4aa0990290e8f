import { describe, expect, test } from 'vitest';
import { environments } from '../src/environments/index.ts';
import { readerOf, resourcesOf, statementsOf, templatesOf } from './templates.ts';

describe.each(environments)('who may become what in $name', async (environment) => {
  const templates = await templatesOf(environment.name);
  const { all, only } = readerOf(templates);

  test('lets people and CI through its nodes to the API server, by a session of their own that is no shell', () => {
    for (const who of ['operator', 'deploy']) {
      const statements = statementsOf(only('AWS::IAM::ManagedPolicy', who));
      const starting = statements.filter(({ Action }) => Action === 'ssm:StartSession');
      expect(starting.map(({ Resource, Condition }) => [JSON.stringify(Resource), Condition])).toEqual([
        [
          expect.stringMatching(/:instance\/\*"/),
          {
            StringEquals: { 'ssm:resourceTag/eks:cluster-name': `rising-stars-${environment.name}` },
            BoolIfExists: { 'ssm:SessionDocumentAccessCheck': 'true' },
          },
        ],
        [expect.stringContaining(':document/AWS-StartPortForwardingSessionToRemoteHost'), undefined],
      ]);
      const opening = statements.find(({ Action }) => Action.includes('ssmmessages:OpenDataChannel'));
      // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM fills it in
      expect(JSON.stringify(opening?.Resource)).toContain(':session/${aws:userid}-*');
    }
  });

  test('lets a role be taken on by the service account that it is for, and by no other', () => {
    const taken = Object.values(resourcesOf(templates, 'AWS::IAM::Role')).flatMap(({ Properties }) => {
      const [{ Principal, Condition }] = Properties.AssumeRolePolicyDocument.Statement;
      if (Principal.Service !== 'pods.eks.amazonaws.com') return [];
      const { 'aws:SourceAccount': account, ...tags } = Condition.StringEquals;
      expect(account).toEqual({ Ref: 'AWS::AccountId' });
      return [tags];
    });
    const associations = all('AWS::EKS::PodIdentityAssociation').map(({ Namespace, ServiceAccount }) => [
      Namespace,
      ServiceAccount,
    ]);
    const ofEks = [
      ['kube-system', 'aws-node'],
      ['kube-system', 'ebs-csi-controller-sa'],
      ['external-dns', 'external-dns'],
    ];
    expect(taken).toHaveLength(associations.length + ofEks.length);
    expect(taken).toEqual(
      expect.arrayContaining(
        [...associations, ...ofEks].map(([namespace, serviceAccount]) => ({
          'aws:RequestTag/eks-cluster-name': `rising-stars-${environment.name}`,
          'aws:RequestTag/kubernetes-namespace': namespace,
          'aws:RequestTag/kubernetes-service-account': serviceAccount,
        })),
      ),
    );
  });

  test('lets its own account’s people be operators, and nobody else', () => {
    const [trust, ...others] = only('AWS::IAM::Role', 'operator').AssumeRolePolicyDocument.Statement;
    expect(others).toEqual([]);
    expect(JSON.stringify(trust.Principal)).toMatch(/^\{"AWS":.*\{"Ref":"AWS::AccountId"\},":root"/);
  });

  test('lets who mails do so in its own name only', () => {
    const [statement, ...others] = statementsOf(only('AWS::IAM::Policy', 'mailsenders'));
    expect(others).toEqual([]);
    expect(statement).toMatchObject({
      Action: 'ses:SendRawEmail',
      Condition: { StringEquals: { 'ses:FromAddress': `no-reply@${environment.domain.hostedZone.name}` } },
    });
  });
});

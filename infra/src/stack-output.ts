import { CfnOutput, type Stack } from 'aws-cdk-lib';

/** Names a value that other programs read from a deployed stack. */
export function output(stack: Stack, name: string, value: string): void {
  new CfnOutput(stack, name, { value });
}

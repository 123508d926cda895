import { type ApplicationTargetGroup, ListenerAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Settings } from '../settings/table.ts';

/**
 * Forwards only requests with a valid JSON Web Token of the issuer. CDK's own action has no additional claims.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html
 */
class ValidateJwt extends ListenerAction {
  constructor({ jwtIssuer: issuer, jwtKeys: jwksEndpoint, jwtClaims }: Settings, next: ListenerAction) {
    const additionalClaims = jwtClaims.map(({ name, format, values }) => ({ name, format, values: [...values] }));
    const config = { issuer, jwksEndpoint, ...(additionalClaims.length > 0 && { additionalClaims }) };
    super({ type: 'jwt-validation', jwtValidationConfig: config }, next);
  }
}

/** The action of the listener for requests without a rule of their own: forward, after the validation in the settings. */
export function forwardCallers(settings: Settings, targetGroup: ApplicationTargetGroup): ListenerAction {
  const forward = ListenerAction.forward([targetGroup]);
  return settings.jwtIssuer ? new ValidateJwt(settings, forward) : forward;
}

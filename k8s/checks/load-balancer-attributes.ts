import { anything, boolean, type Check, either, integer, like, oneOf } from './annotation-values.ts';

/** Attributes of an Application Load Balancer, as in the API reference of Elastic Load Balancing v2. */

const percentage = either(oneOf('off'), integer(1, 100));
const day = 86_400;

const logs = (name: string): Record<string, Check> => ({
  [`${name}.s3.enabled`]: boolean,
  [`${name}.s3.bucket`]: like(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  [`${name}.s3.prefix`]: anything,
});

export const loadBalancerAttributes: Record<string, Check> = {
  ...logs('access_logs'),
  ...logs('connection_logs'),
  ...logs('health_check_logs'),
  'client_keep_alive.seconds': integer(60, 7 * day),
  'deletion_protection.enabled': boolean,
  'idle_timeout.timeout_seconds': integer(1, 4000),
  'ipv6.deny_all_igw_traffic': boolean,
  'load_balancing.cross_zone.enabled': oneOf('true'),
  'routing.http.desync_mitigation_mode': oneOf('monitor', 'defensive', 'strictest'),
  'routing.http.drop_invalid_header_fields.enabled': boolean,
  'routing.http.preserve_host_header.enabled': boolean,
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': boolean,
  'routing.http.xff_client_port.enabled': boolean,
  'routing.http.xff_header_processing.mode': oneOf('append', 'preserve', 'remove'),
  'routing.http2.enabled': boolean,
  'waf.fail_open.enabled': boolean,
  'zonal_shift.config.enabled': boolean,
};

export const targetGroupAttributes: Record<string, Check> = {
  'deregistration_delay.timeout_seconds': integer(0, 3600),
  'load_balancing.algorithm.anomaly_mitigation': oneOf('on', 'off'),
  'load_balancing.algorithm.type': oneOf('round_robin', 'least_outstanding_requests', 'weighted_random'),
  'load_balancing.cross_zone.enabled': oneOf('true', 'false', 'use_load_balancer_configuration'),
  'slow_start.duration_seconds': either(oneOf('0'), integer(30, 900)),
  'stickiness.enabled': boolean,
  'stickiness.type': oneOf('lb_cookie', 'app_cookie'),
  'stickiness.app_cookie.cookie_name': anything,
  'stickiness.app_cookie.duration_seconds': integer(1, 7 * day),
  'stickiness.lb_cookie.duration_seconds': integer(1, 7 * day),
  'target_group_health.dns_failover.minimum_healthy_targets.count': either(oneOf('off'), integer(1, 1000)),
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': percentage,
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': integer(1, 1000),
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': percentage,
};

const headers = (prefix: string, names: string[]) =>
  Object.fromEntries(names.map((name) => [`routing.http.${prefix}_${name}.header_name`, anything]));
export const listenerAttributes: Record<string, Check> = {
  'routing.http.response.server.enabled': boolean,
  ...Object.fromEntries(
    [
      'strict_transport_security',
      'content_security_policy',
      'x_content_type_options',
      'x_frame_options',
      'access_control_allow_origin',
      'access_control_allow_methods',
      'access_control_allow_headers',
      'access_control_allow_credentials',
      'access_control_expose_headers',
      'access_control_max_age',
    ].map((name) => [`routing.http.response.${name}.header_value`, anything]),
  ),
  ...headers('request.x_amzn_tls', ['version', 'cipher_suite']),
  ...headers('request.x_amzn', ['mtls_clientcert']),
  ...headers('request.x_amzn_mtls_clientcert', ['serial_number', 'issuer', 'subject', 'validity', 'leaf']),
};

import { z } from 'zod';
import { defineNodeType } from '../../define.ts';
import {
  MESSAGE_NODE,
  messageFields,
  messageReferences,
  messageWalkConfig,
} from '../../shared/message-config.ts';

export const smsNode = defineNodeType({
  ...MESSAGE_NODE,
  type: 'sms',
  description: 'Sends a text message and follows it to its recorded end.',
  config: z.strictObject(messageFields),
  walkConfig: messageWalkConfig,
  references: messageReferences('sms'),
  templates: (config) => ({ '/text': config.text }),
});

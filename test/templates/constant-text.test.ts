import { constantText } from '../../templates/constant-text.ts';

describe('what a template says to everybody', () => {
  it.each([
    ['Hi', 'Hi'],
    ['  Hi {{ customer.first_name }}, bye ', 'Hi , bye'],
    ['Hi {%- if customer.vip %} “dear” friend{% endif %}!', 'Hi!'],
    ['{% for item in customer.items %}“{{ item }}”{% endfor %}', ''],
    ['{% set name = customer.first_name | default("“you”") %}Hi {{ name }}', 'Hi'],
    ['{# “a note” #}Hi', 'Hi'],
    ['{{ "“" }}', ''],
    ['', ''],
  ])('of %j is %j', (source, expected) => {
    expect(constantText(source)).toBe(expected);
  });
});

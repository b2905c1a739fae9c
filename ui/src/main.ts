import './styles/tokens.css';
import './styles/base.css';
import { connect } from '#connect';
import { mount } from 'svelte';
import Window from './Window.svelte';
import { getLocale } from './lib/paraglide/runtime';

document.documentElement.lang = getLocale();
mount(Window, { target: document.getElementById('app')!, props: { api: connect() } });
